module github.com/weirgo/weir/benchmarks

go 1.26.0

require github.com/weirgo/weir v0.0.0

replace github.com/weirgo/weir => ../
