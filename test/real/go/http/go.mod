module gatewayclient

go 1.24
