# task 5.3; mistake M33; wrong because health is not the JSON that was agreed on
def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return "ok"

    @app.post("/predict")
    def predict():
        try:
            rows = _rows(flask.request.get_json(force=True, silent=True), model.n_features_in_)
            return {"prediction": model.predict(rows).tolist()}
        except (ValueError, OverflowError, RecursionError) as error:
            return {"error": str(error)}, 400

    return app
