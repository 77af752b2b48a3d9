"""The calls that give the API's description."""

from marketdata.api.schema.operation import Operation

OPERATIONS = {
    ("GET", "/openapi.json"): Operation(content=("application/json",)),
    ("GET", "/docs"): Operation(content=("text/html",)),
    ("GET", "/docs/{asset}"): Operation(
        content=("text/javascript", "text/css"),
        request={"asset": "swagger-ui.css"},
        errors=(404,),
    ),
}
