// #[bulkhead(self.pool)]
// fn read(&self, id: u64) -> Result<String, ApiError> {
//     self.get(id)
// }

use ::resilience::__private::*;

fn read(&self, id: u64) -> Result<String, ApiError> {
    submit! {
        { Site::function(::core::concat!(::core::module_path!(), "::read"), & (&
        Unknown(PolicyKind::Bulkhead), ())) }
    }
    let bulkhead = &self.pool;
    let bulkhead: &Bulkhead = bulkhead;
    let outcome = blocking::bulkhead(
        bulkhead,
        || blocking::body(move || -> Result<String, ApiError> { self.get(id) }),
        inspect!(result Result < String, ApiError >),
        |_| false,
    );
    finish::<Result<String, ApiError>, _>(outcome)
}
