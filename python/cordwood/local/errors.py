"""The errors that the service answers with: its own names, texts and HTTP statuses.

The texts are the service's as its users have reported them (issue trackers of aws-sdk, fluentd, fluent-bit, moby,
cwlogs-writable and others); where no report was found, they are those of the API reference.
"""

from typing import Any

from cordwood.errors import Error


class ServiceError(Error):
    """A request that the service refuses.

    Attributes:
        type: the exception's name, as in the answer's `__type`.
        message: its text, as in the answer's `message`.
        status: the HTTP status of the answer.
        members: further members of the answer.
    """

    def __init__(self, type: str, message: str, *, status: int = 400, **members: Any) -> None:
        super().__init__(type, message)
        self.type = type
        self.message = message
        self.status = status
        self.members = members

    def __str__(self) -> str:
        return f"{self.type}: {self.message}"

    def body(self) -> dict[str, Any]:
        """The answer's body, as JSON 1.1 errors are laid out."""
        return {"__type": self.type, "message": self.message, **self.members}


def invalid_parameter(message: str) -> ServiceError:
    """A member has a value that the action does not take."""
    return ServiceError("InvalidParameterException", message)


def constraints(violations: list[str]) -> ServiceError:
    """Members break constraints of the service's model; each violation is one sentence.

    The service names ten of them at most.
    """
    told = violations[:10]
    errors = "error" if len(told) == 1 else "errors"
    return invalid_parameter(f"{len(told)} validation {errors} detected: {'; '.join(told)}")


def serialization(message: str) -> ServiceError:
    """The body is not JSON, or a member has another JSON type than the service's model says."""
    return ServiceError("SerializationException", message)


def group_not_found() -> ServiceError:
    """There is no such log group."""
    return ServiceError("ResourceNotFoundException", "The specified log group does not exist.")


def stream_not_found() -> ServiceError:
    """The log group has no such log stream."""
    return ServiceError("ResourceNotFoundException", "The specified log stream does not exist.")


def group_exists() -> ServiceError:
    """The name of the log group is taken."""
    return ServiceError("ResourceAlreadyExistsException", "The specified log group already exists")


def stream_exists() -> ServiceError:
    """The name of the log stream is taken."""
    return ServiceError("ResourceAlreadyExistsException", "The specified log stream already exists")


def invalid_sequence_token(expected: str | None) -> ServiceError:
    """PutLogEvents carried another token than the stream expects; None where it expects none.

    Only a service before 2023 answers this.
    """
    text = f"The given sequenceToken is invalid. The next expected sequenceToken is: {expected or 'null'}"
    members: dict[str, Any] = {} if expected is None else {"expectedSequenceToken": expected}
    return ServiceError("InvalidSequenceTokenException", text, **members)


def data_already_accepted(expected: str) -> ServiceError:
    """PutLogEvents repeated the batch that the stream took last. Only a service before 2023 answers this."""
    return ServiceError(
        "DataAlreadyAcceptedException",
        "The given batch of log events has already been accepted. "
        f"The next batch can be sent with sequenceToken: {expected}",
        expectedSequenceToken=expected,
    )


def missing_authentication() -> ServiceError:
    """The request is not signed."""
    return ServiceError("MissingAuthenticationTokenException", "Missing Authentication Token")


def incomplete_signature(message: str) -> ServiceError:
    """The Authorization header lacks a part."""
    return ServiceError("IncompleteSignatureException", message)


def unrecognized_client() -> ServiceError:
    """The access key id is not one that the service knows."""
    return ServiceError("UnrecognizedClientException", "The security token included in the request is invalid.")


def invalid_signature(message: str | None = None) -> ServiceError:
    """The signature is not that of this request with this secret, or out of date."""
    return ServiceError(
        "InvalidSignatureException",
        message
        or "The request signature we calculated does not match the signature you provided. Check your AWS Secret "
        "Access Key and signing method. Consult the service documentation for details.",
    )


def unknown_operation(message: str) -> ServiceError:
    """The request names no action that this endpoint has."""
    return ServiceError("UnknownOperationException", message, status=404)


def throttling() -> ServiceError:
    """More requests than the account's quota."""
    return ServiceError("ThrottlingException", "Rate exceeded")


def internal_failure() -> ServiceError:
    """The service failed by itself."""
    return ServiceError(
        "InternalFailure",
        "The request processing has failed because of an unknown error, exception or failure.",
        status=500,
    )


def service_unavailable() -> ServiceError:
    """The service cannot work now."""
    return ServiceError("ServiceUnavailableException", "The service cannot complete the request.", status=503)
