"""One API call as data: its model, routing, request to moto, encoded body and errors."""
