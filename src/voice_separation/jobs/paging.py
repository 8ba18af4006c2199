"""Lists that CI tells page by page, by number: templates and queues (436/85009, 460/46234)."""

from voice_separation.jobs.nodes import Node, Number, Text


class Page(Node):
    """What every page says besides its rows."""

    request_id: Text = None
    total_count: Number = None
    page_number: Number = None
    page_size: Number = None
