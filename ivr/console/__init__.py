"""The operators' console: pages under `/console/`. Reads `store`, acts through `desk`; decides nothing about a call."""
