"""Many PutLogEvents calls: an outcome for every event, whatever happens on the way."""

from cordwood._model import SettledBatch
from cordwood.uploader.upload import upload
from cordwood.uploader.uploader import Uploader

__all__ = ["SettledBatch", "Uploader", "upload"]
