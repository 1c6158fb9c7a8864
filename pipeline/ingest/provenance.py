"""What ``core.source_file`` says of any file, of events or of reference, whatever it holds."""

import pandas as pd

from pipeline.ingest.raw import RawFile


def file_facts(file: RawFile) -> dict[str, object]:
    """The columns of ``core.source_file`` that are known of a file's bytes and release."""
    return {
        "path": file.path,
        "source_id": file.source_id,
        "dataset": file.dataset,
        "part": file.part,
        "cut_date": pd.Timestamp(file.cut_date),
        "cut_basis": file.cut_basis,
        "retrieved_date": pd.Timestamp(file.retrieved_date),
        "origin": file.origin,
        "licence": file.licence,
        "bytes": file.bytes,
        "sha256": file.sha256,
    }
