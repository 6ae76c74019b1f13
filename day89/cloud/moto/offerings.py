"""Load which instance types a region offers when they are asked for: moto holds those of all regions, some 45 MB.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.instance_types import INSTANCE_TYPE_OFFERINGS
from moto.utilities.utils import load_resource

__all__ = ["load_when_asked"]

FOLDER = "ec2/resources/instance_type_offerings"


class _Offerings(dict[str, Any]):
    """The offerings of each region, for one type of location."""

    def __init__(self, location_type: str, regions: frozenset[str]) -> None:
        super().__init__()
        self.location_type = location_type
        self.regions = regions

    def __missing__(self, region: str) -> Any:
        if region not in self.regions:
            raise KeyError(region)
        self[region] = load_resource(f"{FOLDER}/{self.location_type}/{region}.json")
        for offering in self[region]:
            offering["LocationType"] = self.location_type
        return self[region]

    def get(self, region: str, default: Any = None) -> Any:
        """Return what ``self[region]`` does, or the default for a region that there is not."""
        return self[region] if region in self.regions else default


def load_when_asked() -> None:
    """Forget the offerings of all regions and load those of a region anew when they are asked for."""
    for location_type, regions in INSTANCE_TYPE_OFFERINGS.items():
        if not isinstance(regions, _Offerings):
            INSTANCE_TYPE_OFFERINGS[location_type] = _Offerings(location_type, frozenset(regions))
