"""Reads a folder of event files as TensorBoard does, and prints what is in them as JSON.

usage: read_events.py FOLDER
"""

import json
import sys

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0, "images": 0})
events.Reload()
tags = events.Tags()
json.dump(
    {
        "scalars": {
            tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags["scalars"]
        },
        "images": {
            tag: [
                [event.step, event.width, event.height, list(event.encoded_image_string)]
                for event in events.Images(tag)
            ]
            for tag in tags["images"]
        },
    },
    sys.stdout,
)
