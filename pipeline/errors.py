"""The ways the pipeline refuses: what is wrong, how often, one example, what to do."""


class AtlasError(ValueError):
    """Any refusal that the command line reports as one message without a traceback."""


class CatalogError(AtlasError):
    """A declaration in `pipeline.catalog` contradicts itself or another declaration."""


class SourceError(AtlasError):
    """A published file is not what its name, its layout or its publisher says it is."""


class NetworkError(AtlasError):
    """No publisher gave anything: none can be reached, or all answer with errors."""


class ContractError(AtlasError):
    """A frame or table breaks the contract declared in `pipeline.catalog.tables`."""


class MissingWarehouseError(ContractError):
    """Nothing has been built yet."""


class OutdatedWarehouseError(ContractError):
    """A warehouse has another layout than this version of the code declares."""
