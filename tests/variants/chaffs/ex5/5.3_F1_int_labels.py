# task 5.3; mistake F1; wrong because it takes every label for a whole number
def _bad(text):
    return flask.jsonify(error=text), 400


def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        try:
            body = flask.request.get_json(force=True, silent=True)
        except RecursionError:
            body = None
        if not isinstance(body, dict) or "features" not in body:
            return _bad("send a JSON object with features")
        rows = body["features"]
        if not isinstance(rows, list) or not rows:
            return _bad("features must be a list, not empty")
        if not isinstance(rows[0], list):
            rows = [rows]
        for row in rows:
            if not isinstance(row, list) or len(row) != model.n_features_in_:
                return _bad("each row needs the model's number of values")
            for value in row:
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    return _bad("each value must be a number")
                try:
                    if not math.isfinite(value):
                        return _bad("each number must be finite")
                except OverflowError:
                    return _bad("a number is too large")
        try:
            prediction = model.predict(rows)
        except ValueError as error:
            return _bad(str(error))
        return {"prediction": [int(value) for value in prediction]}

    return app
