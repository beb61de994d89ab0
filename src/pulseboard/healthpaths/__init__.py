"""Health as load balancers, Kubernetes and scripts ask for it: the last results."""
