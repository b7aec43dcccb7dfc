module proxy-oracle

go 1.21
