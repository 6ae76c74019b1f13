# task 5.3; style: errorhandler force
def create_app(model) -> flask.Flask:
    import json

    import numpy as np

    class Mistake(Exception):
        pass

    app = flask.Flask("model", static_folder=None)

    @app.errorhandler(Mistake)
    def mistake(error):
        return {"error": str(error)}, 400

    def parse(raw):
        def refuse(constant):
            raise Mistake(f"{constant} is not a finite number")

        try:
            return json.loads(raw.decode("utf-8"), parse_constant=refuse)
        except RecursionError:
            raise Mistake("too deep") from None
        except ValueError:
            raise Mistake("the body is not JSON") from None

    def number(value):
        if type(value) not in (int, float):
            raise Mistake(f"{type(value).__name__} where a number belongs")
        try:
            value = float(value)
        except OverflowError:
            raise Mistake("a number is too large") from None
        if value - value != 0:
            raise Mistake("numbers must be finite")
        return value

    @app.route("/health", methods=["GET"])
    def health():
        return {"status": "ok"}, 200

    @app.route("/predict", methods=["POST"])
    def predict():
        body = parse(flask.request.get_data())
        if type(body) is not dict or "features" not in body:
            raise Mistake('an object {"features": ...} is needed')
        features = body["features"]
        if type(features) is not list or len(features) == 0:
            raise Mistake("features: a list that is not empty is needed")
        single = not any(type(item) is list for item in features)
        rows = [features] if single else features
        table = []
        for index, row in enumerate(rows):
            if type(row) is not list or len(row) != model.n_features_in_:
                raise Mistake(f"row {index} is no list of {model.n_features_in_} numbers")
            table.append([number(value) for value in row])
        try:
            with np.errstate(all="ignore"):
                answer = np.asarray(model.predict(np.asarray(table)))
        except (ValueError, OverflowError, FloatingPointError) as error:
            app.logger.warning("refused: %s", error)
            raise Mistake("the model does not take these numbers") from None
        if answer.dtype.kind == "f" and not np.isfinite(answer).all():
            raise Mistake("the numbers are too large for the model")
        return {"prediction": answer.tolist()}

    return app
