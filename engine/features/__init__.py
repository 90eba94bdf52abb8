"""What codes are good for where items have classes, or are to get some: probes, clusters, fine-tuning."""
