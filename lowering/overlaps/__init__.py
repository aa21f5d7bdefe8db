"""How an output may lie over a dying input: walks of kernels, distances, proofs."""
