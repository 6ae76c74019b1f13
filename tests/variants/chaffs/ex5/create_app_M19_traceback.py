# task 5.3; mistake M19; wrong because the answer shows the inside of the server
import traceback


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
        except Exception:
            return {"error": traceback.format_exc()}, 400

    return app
