"""Who stands where: rosters of the guards' manager, and a guard's own shifts."""
