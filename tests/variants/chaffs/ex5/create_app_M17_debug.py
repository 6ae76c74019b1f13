# task 5.3; mistake M17; wrong because the debugger runs code for whoever finds it
def create_app(model):
    app = flask.Flask(__name__)
    app.debug = True

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        try:
            rows = _rows(flask.request.get_json(force=True, silent=True), model.n_features_in_)
            return {"prediction": model.predict(rows).tolist()}
        except (ValueError, OverflowError, RecursionError) as error:
            return {"error": str(error)}, 400

    return app
