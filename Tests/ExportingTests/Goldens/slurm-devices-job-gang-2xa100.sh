#!/bin/bash
# A job on a gang of 2 whole GPUs of one host, with NVLink between them if it has any: sbatch
# slurm-devices-job-gang-2xa100.sh PROGRAM ARGUMENTS…
#SBATCH --job-name=gang-2xa100
#SBATCH --nodes=1
#SBATCH --gres=gpu:a100:2
# Add what your site asks for: --time, --cpus-per-task, --mem, --partition, --account.
set -eu
exec "${@:?a program to run}"
