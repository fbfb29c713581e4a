#!/bin/bash
# A job on one instance 1g.10gb: sbatch slurm-counts-job-1g.10gb.sh PROGRAM ARGUMENTS…
#SBATCH --job-name=1g.10gb
#SBATCH --nodes=1
#SBATCH --gres=mig:1g.10gb:1
# Add what your site asks for: --time, --cpus-per-task, --mem, --partition, --account.
# CUDA_VISIBLE_DEVICES comes from the site's TaskProlog: with counts, Slurm sets none.
set -eu
exec "${@:?a program to run}"
