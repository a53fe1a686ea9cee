package chaosmesh

import "github.com/gameday-dev/gameday/providers/schema"

// Types of attributes, by their shape.
func text() schema.Type     { return schema.Type{Kind: schema.String} }
func texts() schema.Type    { return schema.Type{Kind: schema.String, Of: schema.ListOf} }
func textMap() schema.Type  { return schema.Type{Kind: schema.String, Of: schema.MapOf} }
func duration() schema.Type { return schema.Type{Kind: schema.Duration} }
func integer() schema.Type  { return schema.Type{Kind: schema.Whole} }
func percent() schema.Type  { return schema.Type{Kind: schema.Percent} }
func size() schema.Type     { return schema.Type{Kind: schema.Size} }
func rate() schema.Type     { return schema.Type{Kind: schema.Rate} }
