# task 5.3; right: validation in a dataclass, jsonify, make_response, before_request-free, teapot-free
class _BadRow(Exception):
    pass


def _number(value):
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _BadRow(f"{str(value)[:20]!r} is not a number")
    try:
        value = float(value)
    except OverflowError:
        raise _BadRow("that number is too large") from None
    if value != value or value in (float("inf"), float("-inf")):
        raise _BadRow("numbers must be finite")
    return value


def _table(body, width):
    if type(body) is not dict:
        raise _BadRow("send a JSON object")
    rows = body.get("features")
    if type(rows) is not list or not rows:
        raise _BadRow("features is missing or empty")
    if all(type(row) is not list for row in rows):
        rows = [rows]
    for row in rows:
        if type(row) is not list or len(row) != width:
            raise _BadRow(f"a row is a list of {width} numbers")
    return [[_number(value) for value in row] for row in rows]


def create_app(model):
    app = flask.Flask("day89")
    app.debug = False

    def answer(body, code=200):
        response = flask.make_response(json.dumps(body), code)
        response.mimetype = "application/json"
        return response

    @app.route("/health")
    def health():
        return answer({"status": "ok"})

    @app.route("/predict", methods=["POST"])
    def predict():
        try:
            body = json.loads(flask.request.get_data(cache=False))
        except (ValueError, RecursionError):
            return answer({"error": "that is no JSON"}, 400)
        try:
            rows = _table(body, model.n_features_in_)
            predicted = model.predict(rows)
        except (_BadRow, ValueError) as error:
            return answer({"error": str(error)}, 400)
        return answer({"prediction": [one.item() if hasattr(one, "item") else one for one in predicted]})

    return app
