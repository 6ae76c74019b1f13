# task 5.3; style: abort and error handlers for everything, a blueprint, a response by hand
def create_app(model):
    blueprint = flask.Blueprint("model", __name__)

    @blueprint.route("/health")
    def health():
        return flask.Response(json.dumps({"status": "ok"}), content_type="application/json")

    @blueprint.route("/predict", methods=["POST"])
    def predict():
        payload = flask.request.get_json(force=True)
        if not isinstance(payload, dict) or "features" not in payload:
            flask.abort(400, "send features")
        features = payload["features"]
        if not isinstance(features, list) or not features:
            flask.abort(400, "features must be a list that is not empty")
        single = not isinstance(features[0], list)
        rows = [features] if single else features
        if not all(isinstance(row, list) and len(row) == model.n_features_in_ for row in rows):
            flask.abort(400, "wrong shape")
        for row in rows:
            for value in row:
                if isinstance(value, bool) or not isinstance(value, (int, float)):
                    flask.abort(400, "not a number")
                if not -1e300 < value < 1e300:
                    flask.abort(400, "number out of range")
        return json.loads(json.dumps({"prediction": [plain(value) for value in model.predict(rows)]}))

    def refused(error):
        return {"error": getattr(error, "description", None) or "the request cannot be read"}, 400

    app = flask.Flask(__name__)
    app.register_blueprint(blueprint)
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(RecursionError, refused)
    return app


def plain(value):
    return value.item() if hasattr(value, "item") else value
