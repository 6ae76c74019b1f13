# task 5.3; mistake M12; wrong because float("1") takes text for a number
def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        try:
            rows = _rows(flask.request.get_json(force=True, silent=True), model.n_features_in_)
            return {"prediction": model.predict(rows).tolist()}
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            return {"error": str(error)}, 400

    return app


def _rows(body, width):
    if not isinstance(body, dict) or not isinstance(body.get("features"), list) or not body["features"]:
        raise ValueError("no features")
    rows = body["features"] if isinstance(body["features"][0], list) else [body["features"]]
    if any(not isinstance(row, list) or len(row) != width for row in rows):
        raise ValueError("wrong width")
    rows = [[float(value) for value in row] for row in rows]
    if not all(math.isfinite(value) for row in rows for value in row):
        raise ValueError("no finite number")
    return rows
