# task 5.3; right: json.loads with parse_constant; handlers for Python's own errors
def create_app(model):
    app = flask.Flask(__name__, static_folder=None)

    def refuse(name):
        raise ValueError(f"{name} is not JSON")

    @app.errorhandler(ValueError)
    @app.errorhandler(OverflowError)
    @app.errorhandler(TypeError)
    @app.errorhandler(RecursionError)
    def client(error):
        return flask.Response(json.dumps({"error": str(error) or "bad request"}), 400, mimetype="application/json")

    @app.get("/health")
    def health():
        return flask.Response('{"status": "ok"}', mimetype="application/json")

    @app.post("/predict")
    def predict():
        body = json.loads(flask.request.data or b"", parse_constant=refuse)
        if not isinstance(body, dict) or not isinstance(body.get("features"), list) or body["features"] == []:
            raise ValueError("expected {'features': [...]}")
        rows = body["features"] if isinstance(body["features"][0], list) else [body["features"]]
        clean = []
        for row in rows:
            if not isinstance(row, list) or len(row) != model.n_features_in_:
                raise ValueError(f"expected rows of {model.n_features_in_} numbers")
            clean.append([number(x) for x in row])
        return flask.Response(json.dumps({"prediction": model.predict(clean).tolist()}), mimetype="application/json")

    def number(x):
        if x is True or x is False or not isinstance(x, int | float):
            raise TypeError(f"{x!r:.60} is not a number")
        x = float(x)
        if x != x or x in (math.inf, -math.inf):
            raise ValueError("not finite")
        return x

    return app
