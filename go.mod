module ite.digital/lethe

go 1.26.0
