//! Tells the compiler what is known of the interpreter that the extension is for: `Py_GIL_DISABLED`, for one.

fn main() {
    pyo3_build_config::use_pyo3_cfgs();
}
