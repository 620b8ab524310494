module ite.digital/lethe/standalone

go 1.26.8

require ite.digital/lethe v0.0.0

replace ite.digital/lethe => ../
