//! Elements made by hand, for what stands in the page a hundred times and never changes.

use super::Icon;
use leptos::prelude::document;
use web_sys::Element;

const SVG: &str = "http://www.w3.org/2000/svg";

/// Appends a new element and gives it to `inside`.
pub fn add(parent: &Element, name: &str, class: &str, inside: impl FnOnce(&Element)) {
    let Ok(child) = document().create_element(name) else { return };
    if !class.is_empty() {
        child.set_class_name(class);
    }
    inside(&child);
    // Appending a fresh node cannot fail.
    drop(parent.append_child(&child));
}

/// Appends a text.
pub fn text(parent: &Element, text: &str) {
    drop(parent.append_child(&document().create_text_node(text)));
}

/// Sets an attribute; the names are constants.
pub fn set(element: &Element, name: &str, value: &str) {
    drop(element.set_attribute(name, value));
}

/// Sets a property of the element's own style.
pub fn style(element: &Element, name: &str, value: &str) {
    use wasm_bindgen::JsCast;
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        drop(element.style().set_property(name, value));
    }
}

/// A number for CSS. Written by the browser: Rust's way of writing fractions is tables and code.
#[must_use]
pub fn number(value: f64) -> String {
    // Ten is a radix that it knows.
    let text = js_sys::Number::from(value).to_string_with_radix(10);
    text.map_or_else(|_| String::new(), String::from)
}

/// A length for CSS.
#[must_use]
pub fn px(value: f64) -> String {
    number(value) + "px"
}

/// A length for CSS that grows with the size of letters: pixels at the middle one.
#[must_use]
pub fn rem(size: u16) -> String {
    number(f64::from(size) / 15.0) + "rem"
}

/// Appends an icon of the set, hidden from readers.
pub fn icon(parent: &Element, icon: Icon, size: u16) {
    let Ok(svg) = document().create_element_ns(Some(SVG), "svg") else { return };
    set(&svg, "class", "icon");
    set(&svg, "viewBox", "0 0 24 24");
    set(&svg, "aria-hidden", "true");
    let edge = rem(size);
    set(&svg, "width", &edge);
    set(&svg, "height", &edge);
    if let Ok(path) = document().create_element_ns(Some(SVG), "path") {
        set(&path, "d", icon.path());
        drop(svg.append_child(&path));
    }
    drop(parent.append_child(&svg));
}
