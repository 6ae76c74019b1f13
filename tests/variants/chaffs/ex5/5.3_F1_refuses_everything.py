# task 5.3; mistake F1; wrong because it answers 400 whatever is asked
def create_app(model):
    app = flask.Flask(__name__)

    @app.get("/health")
    def health():
        return {"status": "ok"}

    @app.post("/predict")
    def predict():
        return {"error": "not like this"}, 400

    return app
