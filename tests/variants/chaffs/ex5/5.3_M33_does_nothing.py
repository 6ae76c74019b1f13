# task 5.3; mistake M33; earns 0; wrong because it does nothing and returns nothing
def create_app(model):
    return None
