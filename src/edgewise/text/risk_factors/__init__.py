"""Item 1A into single risk factors."""

from edgewise.text.risk_factors.factors import RiskFactor, RiskFactors
from edgewise.text.risk_factors.outline import read_risk_factors

__all__ = ["RiskFactor", "RiskFactors", "read_risk_factors"]
