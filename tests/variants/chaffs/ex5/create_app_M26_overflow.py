# task 5.3; mistake M26; wrong because isfinite of a huge whole number overflows, and deep JSON recurses too far
def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        try:
            rows = _rows(flask.request.get_json(force=True, silent=True), model.n_features_in_)
        except ValueError as error:
            return {"error": str(error)}, 400
        return {"prediction": model.predict(rows).tolist()}

    return app
