# The front door for people. Thin: everything calls cargo, xtask or ./test.

default:
    @just --list

# Run the server with a data folder beside the project.
run *args:
    cargo run --release -- serve {{args}}

# Fast loop: unit and in-process tests, SQLite only.
test *args:
    cargo test --workspace {{args}}

# House checks.
tidy:
    cargo run -q -p xtask -- tidy

# Everything, as before a merge.
pre-pr:
    ./test

# The load bench; see bench/README.md.
bench *args:
    bench/run {{args}}
