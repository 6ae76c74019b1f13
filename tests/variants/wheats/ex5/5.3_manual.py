# task 5.3; style: manual
def create_app(model) -> flask.Flask:
    import math

    import numpy as np

    app = flask.Flask(__name__)
    width = int(model.n_features_in_)

    def bad(message):
        return flask.jsonify(error=message), 400

    @app.get("/health")
    def health():
        return flask.jsonify(status="ok")

    @app.post("/predict")
    def predict():
        try:
            body = flask.request.get_json(silent=True)
        except RecursionError:
            return bad("the JSON is nested too deeply")
        if not isinstance(body, dict):
            return bad("send a JSON object")
        if "features" not in body:
            return bad("features is missing")
        rows = body["features"]
        if not isinstance(rows, list) or not rows:
            return bad("features must be a list that is not empty")
        if not isinstance(rows[0], list):
            rows = [rows]
        for row in rows:
            if not isinstance(row, list) or len(row) != width:
                return bad(f"a row is a list of {width} numbers")
            for value in row:
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    return bad("a value is not a number")
                try:
                    finite = math.isfinite(value)
                except OverflowError:
                    finite = False
                if not finite:
                    return bad("a value is not finite or too large")
        try:
            prediction = model.predict(np.array(rows, dtype=float)).tolist()
        except (ValueError, OverflowError):
            return bad("the model cannot take these values")
        if any(isinstance(p, float) and not math.isfinite(p) for p in prediction):
            return bad("values are too large for the model")
        return flask.jsonify(prediction=prediction)

    return app
