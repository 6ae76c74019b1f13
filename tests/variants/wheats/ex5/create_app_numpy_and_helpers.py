# task 5.3; style: raw body parsed by hand with json, numpy checks, item(), jsonify, route with methods
import numpy as np


class Refused(Exception):
    pass


def create_app(model):
    app = flask.Flask("server")

    def health():
        return flask.jsonify(status="ok"), 200

    def predict():
        try:
            table = parse(flask.request.get_data(), model.n_features_in_)
            with np.errstate(all="ignore"):
                values = model.predict(table)
        except (Refused, ValueError) as refused:
            return flask.make_response(flask.jsonify({"error": f"bad request: {refused}"}), 400)
        return flask.jsonify({"prediction": [value.item() if hasattr(value, "item") else value for value in values]})

    app.add_url_rule("/health", view_func=health, methods=["GET"])
    app.add_url_rule("/predict", view_func=predict, methods=["POST"])
    return app


def parse(raw, width):
    try:
        body = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused("this is not JSON") from None
    features = body.get("features") if type(body) is dict else None
    if type(features) is not list or len(features) == 0:
        raise Refused("features are missing")
    rows = features if all(type(row) is list for row in features) else [features]
    for row in rows:
        if len(row) != width or any(type(value) not in (int, float) for value in row):
            raise Refused(f"a row is a list of {width} numbers")
    try:
        table = np.array(rows, dtype=np.float64)
    except OverflowError:
        raise Refused("a number is too large") from None
    if not np.isfinite(table).all():
        raise Refused("a number is not finite")
    return table
