"""What every room stands on: database, access, time, money, jobs, storage, base views. It knows no room."""
