# task 5.3; style: everything checked in one function with assertions of its own, floats first, one big except
def create_app(model):
    app = flask.Flask(__name__)
    app.config.update(DEBUG=False, JSON_SORT_KEYS=False)

    @app.route("/health", methods=["GET", "HEAD"])
    def health():
        return dict(status="ok")

    @app.route("/predict", methods=["POST"])
    def predict():
        try:
            rows = checked(flask.request.get_json(silent=True), model.n_features_in_)
            predictions = model.predict(pd.DataFrame(rows).to_numpy(dtype=float))
        except Exception as error:
            return flask.jsonify(error=f"{type(error).__name__}: {str(error)[:100]}"), 400
        return flask.jsonify(prediction=predictions.tolist())

    return app


def checked(body, width):
    features = body["features"]
    match features:
        case [[*_], *_]:
            rows = features
        case [_, *_]:
            rows = [features]
        case _:
            raise ValueError("features must be a list")
    for row in rows:
        if not isinstance(row, list) or len(row) != width:
            raise ValueError("width")
        for value in row:
            if type(value) is not float and type(value) is not int:
                raise ValueError("type")
            if not math.isfinite(float(value)):
                raise ValueError("finite")
    return rows
