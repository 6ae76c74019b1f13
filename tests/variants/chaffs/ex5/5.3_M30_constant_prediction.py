# task 5.3; mistake M30; wrong because it answers without asking the model
def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        try:
            rows = _rows(flask.request.get_json(force=True, silent=True), model.n_features_in_)
        except (ValueError, OverflowError, RecursionError) as error:
            return {"error": str(error)}, 400
        return {"prediction": [0] * len(rows)}

    return app
