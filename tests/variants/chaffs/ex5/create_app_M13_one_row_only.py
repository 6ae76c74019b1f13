# task 5.3; mistake M13; wrong because a list of rows is refused
def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        try:
            body = flask.request.get_json(force=True, silent=True)
            rows = _rows(body, model.n_features_in_)
            if body["features"] is rows:
                raise ValueError("send one row")
            return {"prediction": model.predict(rows).tolist()}
        except (ValueError, OverflowError, RecursionError) as error:
            return {"error": str(error)}, 400

    return app
