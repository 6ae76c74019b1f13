# task 5.3; style: methodview
def create_app(model) -> flask.Flask:
    import numpy
    from flask.views import MethodView
    from werkzeug.exceptions import HTTPException

    class Health(MethodView):
        def get(self):
            return flask.Response('{"status": "ok"}', mimetype="application/json")

    class Predict(MethodView):
        @staticmethod
        def table():
            body = flask.request.get_json()
            if not isinstance(body, dict):
                raise ValueError("the JSON must be an object")
            features = body.get("features")
            if not isinstance(features, list) or features == []:
                raise ValueError("features must be a list with something in it")
            rows = features if isinstance(features[0], list) else [features]
            for row in rows:
                if not isinstance(row, list):
                    raise ValueError("every row must be a list")
                if len(row) != model.n_features_in_:
                    raise ValueError(f"every row must hold {model.n_features_in_} numbers, not {len(row)}")
                if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in row):
                    raise ValueError("every value must be a number")
            array = numpy.array(rows, dtype=numpy.float64)
            if not numpy.isfinite(array).all():
                raise ValueError("every number must be finite")
            return array

        def post(self):
            try:
                values = [item.item() if hasattr(item, "item") else item for item in model.predict(self.table())]
                if any(v != v or v in (float("inf"), float("-inf")) for v in values):
                    raise ValueError("the prediction is out of range")
            except HTTPException as error:
                return flask.make_response({"error": error.description or error.name}, 400)
            except (ValueError, OverflowError) as error:
                return flask.make_response({"error": str(error).splitlines()[0]}, 400)
            except RecursionError:
                return flask.make_response({"error": "nested too deeply"}, 400)
            return flask.jsonify({"prediction": values})

    app = flask.Flask(__name__)
    app.debug = False
    app.add_url_rule("/health", view_func=Health.as_view("health"))
    app.add_url_rule("/predict", view_func=Predict.as_view("predict"))
    return app
