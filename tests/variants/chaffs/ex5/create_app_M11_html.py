# task 5.3; mistake M11; wrong because broken JSON is answered with Flask's HTML page
def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        body = flask.request.get_json()
        try:
            return {"prediction": model.predict(_rows(body, model.n_features_in_)).tolist()}
        except (ValueError, OverflowError, RecursionError) as error:
            return {"error": str(error)}, 400

    return app
