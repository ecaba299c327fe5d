//! What the harness asks for: arguments `name=value`.

#[derive(Clone)]
pub struct Order {
    pub query: String,
    /// Number of the first record.
    pub first: u32,
    pub count: u32,
    pub workers: usize,
}

impl Order {
    pub fn parse(args: impl Iterator<Item = String>) -> Result<Order, String> {
        let mut order = Order { query: String::new(), first: 0, count: 0, workers: 2 };
        for arg in args {
            let (name, value) = arg.split_once('=').ok_or_else(|| format!("{arg} is not name=value"))?;
            match name {
                "query" => order.query = value.to_owned(),
                "first" => order.first = number(name, value)?,
                "count" => order.count = number(name, value)?,
                "workers" => order.workers = number(name, value)? as usize,
                _ => return Err(format!("{name} is unknown")),
            }
        }
        Ok(order)
    }
}

fn number(name: &str, value: &str) -> Result<u32, String> {
    value.parse().map_err(|_| format!("{name}={value} is not a number"))
}
