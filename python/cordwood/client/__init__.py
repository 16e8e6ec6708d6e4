"""One PutLogEvents call through boto3: its finished body, its sequence token, its response."""

from cordwood.client.client import PutLogEventsClient, PutLogEventsResult

__all__ = ["PutLogEventsClient", "PutLogEventsResult"]
