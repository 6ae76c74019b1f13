# task 5.3; mistake M10; wrong because what a client sends is used as it is, and its mistakes become 500
def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        features = flask.request.get_json()["features"]
        rows = features if isinstance(features[0], list) else [features]
        return {"prediction": model.predict(rows).tolist()}

    return app
