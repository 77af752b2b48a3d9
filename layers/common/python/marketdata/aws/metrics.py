"""The service's own metrics in CloudWatch.

A metric is a line on standard output in CloudWatch's embedded format, so it takes no request. Its
dimension `service` is the stack's name, which Powertools reads from POWERTOOLS_SERVICE_NAME.
"""

from aws_lambda_powertools.metrics import MetricUnit, single_metric

NAMESPACE = "AmazingDataCloud"


def put_metric(name: str, count: int, **dimensions: str) -> None:
    """Record a count.

    Parameters
    ----------
    name : str
        The metric, as the alarms in `template.yaml` name it.
    count : int
        Its value.
    **dimensions : str
        Dimensions besides `service`.
    """
    with single_metric(
        name=name,
        unit=MetricUnit.Count,
        value=count,
        namespace=NAMESPACE,
        default_dimensions=dimensions,
    ):
        pass
