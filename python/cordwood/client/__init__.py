"""One PutLogEvents call through boto3: its finished body, its token, its answer."""

from cordwood.client.client import PutLogEventsClient, PutLogEventsResult

__all__ = ["PutLogEventsClient", "PutLogEventsResult"]
