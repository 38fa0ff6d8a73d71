//! Many sessions from packets built by hand, and what they show together.

mod idle;
mod legs;
mod loss;
mod refusals;
mod resets;
mod scene;
mod size;
