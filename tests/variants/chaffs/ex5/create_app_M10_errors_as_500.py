# task 5.3; mistake M10; wrong because a client's mistake is not the server's
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
        except Exception as error:
            return {"error": str(error)}, 500

    return app
