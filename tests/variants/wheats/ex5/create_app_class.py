# task 5.3; style: a view class over the model, HTTP errors for every code
from flask.views import MethodView


class Predict(MethodView):
    def __init__(self, model):
        self.model = model
        self.width = int(model.n_features_in_)

    def post(self):
        try:
            body = flask.request.get_json(force=True, silent=True)
        except RecursionError:
            body = None
        problem, rows = self.read(body)
        if problem:
            return {"error": problem}, 400
        try:
            return {"prediction": self.model.predict(rows).tolist()}
        except ValueError:
            return {"error": "the model cannot take these numbers"}, 400

    def read(self, body):
        if not (isinstance(body, dict) and isinstance(body.get("features"), list) and body["features"]):
            return "no features", None
        rows = body["features"]
        if not any(isinstance(value, list) for value in rows):
            rows = [rows]
        for row in rows:
            if not isinstance(row, list) or len(row) != self.width:
                return f"each row needs {self.width} numbers", None
            for value in row:
                if isinstance(value, bool) or not isinstance(value, (float, int)):
                    return f"{str(value)[:20]!r} is not a number", None
                if value != value or abs(value) > sys.float_info.max:
                    return "numbers must be finite", None
        return None, rows


def create_app(model):
    app = flask.Flask(__name__)
    app.add_url_rule("/predict", view_func=Predict.as_view("predict", model))
    app.add_url_rule("/health", view_func=lambda: {"status": "ok"}, endpoint="health")
    app.register_error_handler(HTTPException, lambda error: ({"error": error.name}, error.code))
    return app
